"""What every task shares, and nothing of any task."""
