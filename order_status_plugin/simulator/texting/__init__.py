"""Each SMS provider's side of the wire, as its documents describe it: it takes messages, and posts signed receipts."""
