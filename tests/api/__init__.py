"""The push API: what shops call, what is answered, and whom nothing is told."""
