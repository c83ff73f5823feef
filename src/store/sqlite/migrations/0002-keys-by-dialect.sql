-- expands
-- A key is also found by what its holder presents in a vendor's dialect: the public half, or, where the vendor has
-- none, the digest of the secret. The first eight characters of `doc` are its checksum.
create index api_keys_by_vonage on api_keys (json_extract(substr(doc, 9), '$.dialects.vonage.user'));
create index api_keys_by_twilio on api_keys (json_extract(substr(doc, 9), '$.dialects.twilio.user'));
create index api_keys_by_flowroute on api_keys (json_extract(substr(doc, 9), '$.dialects.flowroute.user'));
create index api_keys_by_telnyx on api_keys (json_extract(substr(doc, 9), '$.dialects.telnyx.digest'));
