-- expands
-- A key is also found by what its holder presents in a vendor's dialect: the public half, or, where the vendor has
-- none, the digest of the secret. Reading JSON is not immutable by itself, as far as PostgreSQL knows; of one text it
-- is always the same.
create function countersign_dialect(doc text, dialect text, part text) returns text
language sql immutable strict as $$
  select doc::json -> 'dialects' -> dialect ->> part
$$;

create index api_keys_by_vonage on api_keys (countersign_dialect(doc, 'vonage', 'user'));
create index api_keys_by_twilio on api_keys (countersign_dialect(doc, 'twilio', 'user'));
create index api_keys_by_flowroute on api_keys (countersign_dialect(doc, 'flowroute', 'user'));
create index api_keys_by_telnyx on api_keys (countersign_dialect(doc, 'telnyx', 'digest'));
