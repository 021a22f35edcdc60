"""What everybody at a stranger's types, known to the shop and to those who test it."""

PASSWORD = "a password"
TOKEN = "otp-token"  # from a list on paper
DEVICE = "otp_static.staticdevice/1"  # that list
