# The program cannot be loaded, and the reason cannot be written down.
raise type("Bad" * 100, (Exception,), {})("\ud800\x00\x1b[2J" * 1000)
