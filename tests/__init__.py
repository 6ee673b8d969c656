"""The tests of ronde; they mirror the tree of the program."""
