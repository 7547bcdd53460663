"""The coding task and the sandbox that its programs run in."""
