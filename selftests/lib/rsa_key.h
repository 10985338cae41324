/* SPDX-License-Identifier: GPL-2.0-only */
/* A throw-away RSA-2048 key: making one takes seconds on an emulated CPU. */
#ifndef FACET_TEST_RSA_KEY_H
#define FACET_TEST_RSA_KEY_H

static const char rsa_key_pem[] =
	"-----BEGIN RSA PRIVATE KEY-----\n"
	"MIIEpAIBAAKCAQEAw09AxirMc2VVJwYgORK3UsYhs3GoWCEfTAmOefg6FSJf8nDn\n"
	"PyIItpZyfFZdai3QGP5oPqp/SH/lZ6W+hHY0+AtlVC/jbzemJAQQs9WLgPTVcpwh\n"
	"HZUqYCOo0SCAjHlnqspp9jxKF1bNLhOnmXvFZz65ig0r4+HIZMRlBQS6tvzO6FNL\n"
	"uAnJBusCsZtsNakSwIGnn/xOs42VsnBrS9B3AQWjE5/ExMnCZWuaTUBH9I2SXIPX\n"
	"sn8caDE4dwd6pH9brzvE7oNOyJ9v6EE3ePYRYA5b9LJWamDRINsrlRsQbKMlQr6S\n"
	"zQAcychMdJ68GaytQpjgHRBJjrJO6Qt4OU4hAQIDAQABAoIBABmKMZQ4YIfuhlYW\n"
	"DPypn+NpGVsXz8XGfws4bLMybJX66sUPUo4E61LFFa+As7KAzyeVjRg0v3RBlUQa\n"
	"fnFf68lL5DJAGOOgSU+IYI7Dq/xvB8J2/DWcHfB4eUjvkR/NeGrzESwr8hxfM3GF\n"
	"DHObpdK8dxLAai7ghY33yKYBWlE3PwguQq5HUOmvLgG9civSbHELTnw5Yg5tNnPG\n"
	"2SmqNuGmjR10XXYSfsoYI+QpxAfNz0oxY8z/aHK/Cljbc40wzg+y950rHI7Dx182\n"
	"ISO/5q2eAVRYlMyRLeBBDnlxAunLrOBL6zdqs0lTKocITpubwiN7jdAzSWz8CMMe\n"
	"r0v7wwkCgYEA/CJPc362hqpDQolw+vrtfecGoxYKSpE8+RByIKZQf+V8I/eq6kw1\n"
	"kmrESqAMPmCwrfKotDZKax6nrxctrIjhMhi9e4OLQ0Niig3YyVWliO6JxV792i2i\n"
	"eykScMDsaYj2Bc58Js0judaOGIliAyOrl5Aw1bb4+CmzjDD/P4JL69sCgYEAxk3k\n"
	"dCNHsXRe336hdB501mdg3T3lZuU4Jozswjy6jp7equafCODkVlETB2DNRe5g87Us\n"
	"B/3fVf6xthDBt2Lhg/bjZJjUgYRkNHIcbSA8kOGyBktTyVThZFK+ymguhZaW/269\n"
	"RMSZGDXjKUdWH8gcRoejr3oSfWrOb5TgHlkey1MCgYEA3IxqsV2C7jMbWKV/FZvP\n"
	"iJVA4gGSiP2Yt0kie9rfibDEsXWgpQh6yBPqllh/vUS457/ewJzI5gDPr0H4Kvck\n"
	"/bxUayl69SCJnrdUDXGEtk3qZ6KbLXFDsrYPsl+frQUoJ5YiVZKWEKZUb7Qk7xgR\n"
	"ridsAFXoXLOlohjt/bDNFocCgYB3UulzxMLgEcEAxMbMA4OUe9I6boM6PhVihQv1\n"
	"+Orc5NXhijIJ+qELG2/S0bnTKZRnMQ4UpPudWEuA3WZjPfmrGYVMw/WjFZHiSQO3\n"
	"2lz3ZQdlaDA7hnq1jmDFlJjhw3KKswzqc04X1l0hOo6lQxlYi0fAUDkOBJXBaJjP\n"
	"ShsQhwKBgQDPGr4EWWGfm0N3vGNIKGzarA4aY028OE8/MMgcRJr35Z0ZWrAeuSmU\n"
	"20K52v2J6DBtVc1DER95kxdL4oALJOmqn3BZpIdG+drJlJCCfLTGV9iiMthiEpBW\n"
	"HzzFQUcnvdTfNvyR8Ti39oPWzaQIDDIJHPG4RbQzo6IghyCl67KaSg==\n"
	"-----END RSA PRIVATE KEY-----\n";

/* another of 1024 bits, which costs a fifth */
static const char rsa_1024_pem[] =
	"-----BEGIN RSA PRIVATE KEY-----\n"
	"MIICXQIBAAKBgQC9UmltnpcpnqQRSyAo7g9Eev0IxQ8zIjvoBBwRaVLHK+QBULMo\n"
	"sLezbSv7+CbOv5a2kX7tqmRRn6nVVGe9oVSEzesxJtXUIckv9nNM+DFndxoBPgvm\n"
	"028FuU+HxT/yfcqIcWzstvQ+GTeH1LXps5f7yBQjvUSdTZEZnKnwjcnKqQIDAQAB\n"
	"AoGBALO2AQHfYtpNDqyjxXlU0QVOQdcLR+xf+MG69PHKKpuJnDtrYUWkyhv166SY\n"
	"4C2tS+Etp3DvJ58bkllAb+FfvRtZYhV2DZGoReva0y3O27N2AZdf6gkTmFs1MFxh\n"
	"c6O97DsJCWapPXa7vB69Dtf37G2Jt0VnXyIQ+sR8bkjKFTKhAkEA37I+BvHozCw/\n"
	"YYP9j2AJjMrnVWzdhZ9zP/jTS0SIOrCcLoYiULBc5HPDzCe9GRpIFnS98QstS2sw\n"
	"r/VqGCqblQJBANipZTHFMF6xU07b1cAqtmQYUL1/WrGcx8ZI1KYpYk4pqc46hH9y\n"
	"8sGUaEUsI+ao54bnlpeGNga4e8VcmNxTjcUCQDGsafuu0kwsczKbVb31zIkYMYCV\n"
	"uSdH/haxkXIAWOP3fecS4CHc1/PfBRabqHEflexuphMVsUwzFE+uho2xQHUCQQC6\n"
	"mqMSi7BOTlHfII3n9aGjciHQJCj7wnl5eO7Vsdz+Tvn2KgZGMr2MJoLr2MmO9zh5\n"
	"w2q7VJehkDDh2g+566i1AkA9FNJIDh+NCloXud0ZOCouaTSeb9+I+/2L7G6CLeXt\n"
	"wWqYULwPNGLWLI8aPgaZQsBPPLqhpauJzWi8VHpoYU6b\n"
	"-----END RSA PRIVATE KEY-----\n";

#endif
