"""The pages; each asks the session, calls the library and shows what comes back."""
