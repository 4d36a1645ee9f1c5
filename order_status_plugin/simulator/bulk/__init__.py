"""A shop's whole past at once: orders by the million, each as ``record`` would have left it."""
