"""The embedded estate of `ronde demo`: small loopback servers that behave as the real ones do."""
