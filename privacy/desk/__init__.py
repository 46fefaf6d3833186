"""The request desk: what people ask about their data, until when it is answered, what is done and how that is proved."""
