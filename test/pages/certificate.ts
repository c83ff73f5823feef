/**
 * A certificate that nobody trusts, of hosts that exist nowhere, for browsers that are told to ignore that. It protects
 * nothing.
 */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBvDCCAWOgAwIBAgIUVwDAHQum5mb4zX8SPeMLrR5/nSowCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLZXhhbXBsZS5jb20wIBcNMjYxMTIxMTAxMjQ0WhgPMjEyNjEw
MjgxMDEyNDRaMBYxFDASBgNVBAMMC2V4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEjsBJQYqjTeoCLvOoFUiKKArlvigHWyzBXlbvtEUBw3sNSlzA
bCe5xC2zIL9b+bTVftJvuv70TSCvc4Ih1ZBLFKOBjDCBiTAdBgNVHQ4EFgQU+NPf
4yz2AkN/2xpt/1MP7BCcQTswHwYDVR0jBBgwFoAU+NPf4yz2AkN/2xpt/1MP7BCc
QTswDwYDVR0TAQH/BAUwAwEB/zA2BgNVHREELzAtgg0qLmV4YW1wbGUuY29tgg0q
LmV4YW1wbGUub3Jngg0qLmV4YW1wbGUubmV0MAoGCCqGSM49BAMCA0cAMEQCIAud
s9dTDT/Rz1nfndiyDyAskqj1puYCGEZFwSecDlA2AiB7RpmIPVlcEDWit0R/qFhA
LqswawQl9bIZwwFWdV6V4g==
-----END CERTIFICATE-----`;

export const certificateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9sczosZStQUJo96n
cptIGgWrtRF1P7M0uaDRnUOaAf2hRANCAASOwElBiqNN6gIu86gVSIooCuW+KAdb
LMFeVu+0RQHDew1KXMBsJ7nELbMgv1v5tNV+0m+6/vRNIK9zgiHVkEsU
-----END PRIVATE KEY-----`;
