"""What is done about people's rights: each verb one transaction, named in the field's words."""
