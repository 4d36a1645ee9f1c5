"""A shop that has forked Oscar's order and dashboard apps, with the plugin listed behind all of Oscar."""
