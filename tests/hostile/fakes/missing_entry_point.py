# There is no entry point; the name is a module, a string, a class in turn: nothing was called, and nothing may pass.
# tests: none
f = "candidate"
