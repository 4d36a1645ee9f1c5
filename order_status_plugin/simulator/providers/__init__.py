"""Each provider's side of the wire, as its documents describe it: for the simulator, for the demo and for tests."""
