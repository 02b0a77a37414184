"""What scenarios stand on: control planes, trackers, and what a tracker must say."""
