"""What people see: the pages, the map and the command line over the library `geodata`."""
