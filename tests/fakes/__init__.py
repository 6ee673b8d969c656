"""Loopback servers for odd and hostile states; all serve through `scanner.demo.listen`."""
