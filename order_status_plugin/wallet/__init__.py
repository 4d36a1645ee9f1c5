"""Apple Wallet orders: the signed file, and the web service that its holders ask for a newer one."""
