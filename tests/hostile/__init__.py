"""An estate of servers that attack the scanner, beside honest ones: does a round survive it?"""
