"""The demo: Home Assistant with the meters of a local Fluvius sandbox, driven as a person would."""
