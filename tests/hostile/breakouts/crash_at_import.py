# Crashes while it is loaded.
# ends: problem
grab("ctypes").memset(0, 0, 1)
