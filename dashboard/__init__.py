"""What people see: the server, the pages, the map and the command line over `geodata`."""
