"""The ordinary clients of the registries, each called for every family that asks for it."""
