"""What each command of `conflictmap` does; `dashboard.cli` imports a module when it runs."""
