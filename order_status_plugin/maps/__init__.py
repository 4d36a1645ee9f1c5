"""The map of a journey: drawn here, from Natural Earth's public-domain data; nothing is asked of anybody."""
