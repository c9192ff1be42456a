#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/rand.h>

/* A macro of several others, which Swift does not import. */
enum { COpenSSLPublicKeySelection = EVP_PKEY_PUBLIC_KEY };

/* An OSSL_PARAM keeps the pointer to its key. Of a macro Swift would make a string, whose bytes are
   gone after the call that it is passed to. */
static const char *const COpenSSLModulusKey = OSSL_PKEY_PARAM_RSA_N;
static const char *const COpenSSLExponentKey = OSSL_PKEY_PARAM_RSA_E;
static const char *const COpenSSLGroupKey = OSSL_PKEY_PARAM_GROUP_NAME;
static const char *const COpenSSLPointKey = OSSL_PKEY_PARAM_PUB_KEY;
static const char *const COpenSSLDigestKey = OSSL_MAC_PARAM_DIGEST;
