/**
 * The key of the sandbox's application, for everybody to read: an RSA key cannot be made from a seed in a few lines, and
 * the same one at every start lets programs be configured once. It guards nothing but virtual phones.
 */
const der = [
  "MIIEvwIBADANBgkqhkiG9w0BAQEFAASCBKkwggSlAgEAAoIBAQDPTVDwkVeKSLvSFelSBwdypZGP4fqsgCbuh6bmDcEViqKo",
  "gYqHaqBXMHOFYLg3bov5uNKQYcoIRoNhPWyJpr6fk4doMmpbv3N9XVmfnVqlJu0+M/Dmpet/I1bySdNvVyKGIipYMtWM6av9",
  "tf+cu5EqndS3YwpxK5xroBVAUUWEjQqn2T23cmDn6vJyhjwZDpQBkPd1K/4Y9u20rLJCc61wq/CbjRK1x4hX8PIi5iMgIVWw",
  "7zI/hDUc5bOsK9QHNzsSbj+hpEHPFNzG/ynAtCZludIIj7pFdklp+CCpFuYYwzghYi0au6H9sGu5GqVc+0r0lF9qar+VcsQ+",
  "y0RcvrUDAgMBAAECggEAGoAtyrMp17m4mQDIFP5lC1jzJMukugyf7XpV8a7scg6JALWeufT9jmfZPMHCiwOMzV29PUvjAe/R",
  "t8qcZ3Rzhf7cHovjYNs2rl4SqP76qYYyafNF5pZrZpNj+BFMAD3JYhBYDXJiLmNo40Qy6xxnUGVg3hjBKvqCQpfyX4iENI+A",
  "R0aOsCYsFygT2Fc2f7nQ1LSWoPIOQVS2IXHTKa1qpY2wAktz+h8gcU16dCtlHSo7TCu0tZLUQbuNrQiAnK6FuX8h7W0VUetB",
  "34mU+G37IWl7E+X4O8kFPI/ReQOJWjP+GUPHYoFxM9gzT9SwD84lHdul0R7TZs/R6odEpCY/wQKBgQDxyekDhEPAefHuEhIw",
  "EKpndpN/MowOZwUu6lqvCC4U3K0tZ/8hCQVH1enTT2GUtFEjULdPpNeF7mOaBL2Re1F3KkSyGEVmmx2PtRQCixZFKuNEn9Fr",
  "qRl2aRa7TUOw3tIrpB3VPaIMYWmd+ReY0wBY/SBed/ji3lop9Y2YRVvVcwKBgQDbfH/nXvk1A7Fsf+TVvHrkDDMV8dAtro24",
  "fa/NOC0kIRf0RnRkB3ofP+gVLmWIeeOdzJnh9DfnU6udFsWpXM5oa8W2dwGDyBW9zFQBr6ESMw7iEaBL/Y3dxaFZWvBJR3er",
  "lnLzwLfvh1VQKbyHTH6s6NLr1vxTtlNPOriYP2M+MQKBgQCTHcuNvDiNMKWnuY8fd8R3V4q/Zj4ZtU1OEoJC5bNENlGYwyJV",
  "M2vnHZ08WZyCIoUL+9zNtPr+HuKzoBbIIkSbQTizNFll6RO/kOov8fkG9OV7p9KAs08u4RpXtNdvEuTGcQFF8k5bQhpFaH6X",
  "Giun+bxsPotNXwV1aldRQ0JxSQKBgQDQLhFfEk0LRLp3sAML258wSIX37YlImwTfFY+29e6TEzSWRHFHI3RoyYPG+1/gh8Qm",
  "OxdGIw8XQdxHvn6y+kzo7Df2rn/oT9KXWIPhqYT8LyORt6g0C4YQ8M/uYfwBdWEDhkr3+jY8Yj/ALiYcqqiINrlAaoSgnhH8",
  "1zSZa54lMQKBgQDvNUwEeCiXvlfj70t0ShK2WjQzsAiMffO4HRVd4frn8iybOC551ORii6FBzflrS9I2LFLB+AuIg/CpEGJG",
  "apbz4HrMzZxvJeslKvqqGhPFKSZ/QY3fo/OQZ0BtMR1L8lWERCdKUMF/IuRuX5RsVBku2wTMTdABV02B70Dvd5FJ1g==",
];

export const privateKeyPem = `-----BEGIN PRIVATE KEY-----\n${der.join("\n")}\n-----END PRIVATE KEY-----\n`;
