"""What earlier runs found out about entries that have not changed since."""
