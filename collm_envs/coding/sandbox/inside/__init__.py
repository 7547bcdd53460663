"""What runs inside a sandbox: standard library only, relative imports only, nothing of the package around it."""
