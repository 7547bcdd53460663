"""What is said to each command: a dataclass whose fields are its arguments and whose call does the work.

Nothing here imports that work before it is called, so that help and errors come at once.
"""
