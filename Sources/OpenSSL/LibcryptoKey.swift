internal import COpenSSL

/// A public key as libcrypto holds it.
@safe
struct LibcryptoKey: ~Copyable {
    // SAFETY: made by `init`, freed by `deinit` alone; what is given it takes a reference.
    let key: OpaquePointer

    init(_ numbers: PublicKey) throws(PublicKeyError) {
        try numbers.checkForm()
        let made =
            switch numbers {
            case .rsa(let modulus, let exponent): unsafe LibcryptoKey.rsa(modulus, exponent)
            case .p256(let x, let y): unsafe LibcryptoKey.p256([4] + x + y)
            case .ed25519(let bytes):
                // SAFETY: libcrypto copies the bytes during the call.
                unsafe EVP_PKEY_new_raw_public_key_ex(
                    nil, "ED25519", nil, bytes, bytes.count)
            }
        guard let made = unsafe made else {
            ERR_clear_error()
            throw .notOnCurve
        }
        unsafe key = made
    }

    deinit {
        // SAFETY: this value's own reference.
        unsafe EVP_PKEY_free(key)
    }

    private static func rsa(_ modulus: [UInt8], _ exponent: [UInt8]) -> OpaquePointer? {
        // SAFETY: the numbers are copied into the builder's array, and all are freed here;
        // BN_bin2bn reads as many bytes as the array has.
        guard let builder = unsafe OSSL_PARAM_BLD_new(),
            let n = unsafe BN_bin2bn(modulus, CInt(modulus.count), nil),
            let e = unsafe BN_bin2bn(exponent, CInt(exponent.count), nil)
        else { preconditionFailure("libcrypto has no memory") }
        defer {
            unsafe OSSL_PARAM_BLD_free(builder)
            unsafe BN_free(n)
            unsafe BN_free(e)
        }
        guard unsafe OSSL_PARAM_BLD_push_BN(builder, COpenSSLModulusKey, n) == 1,
            unsafe OSSL_PARAM_BLD_push_BN(builder, COpenSSLExponentKey, e) == 1,
            let parameters = unsafe OSSL_PARAM_BLD_to_param(builder)
        else { preconditionFailure("libcrypto has no memory") }
        defer { unsafe OSSL_PARAM_free(parameters) }
        return unsafe make("RSA", parameters)
    }

    /// - Parameter point: uncompressed (SEC 1 §2.3.3).
    private static func p256(_ point: [UInt8]) -> OpaquePointer? {
        var point = point
        var group = Array("prime256v1".utf8CString)
        // SAFETY: both buffers are there until the key is made, which copies what it needs.
        return unsafe group.withUnsafeMutableBufferPointer { group in
            unsafe point.withUnsafeMutableBufferPointer { point in
                var parameters = unsafe [
                    OSSL_PARAM_construct_utf8_string(
                        COpenSSLGroupKey, group.baseAddress, 0),
                    OSSL_PARAM_construct_octet_string(
                        COpenSSLPointKey, point.baseAddress, point.count),
                    OSSL_PARAM_construct_end(),
                ]
                return unsafe make("EC", &parameters)
            }
        }
    }

    /// Nil where the parameters are not a key.
    private static func make(
        _ kind: String, _ parameters: UnsafeMutablePointer<OSSL_PARAM>
    ) -> OpaquePointer? {
        // SAFETY: the context is freed here; libcrypto reads the parameters up to their end mark.
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, kind, nil) else {
            preconditionFailure("libcrypto has no \(kind)")
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard unsafe EVP_PKEY_fromdata_init(context) == 1,
            unsafe EVP_PKEY_fromdata(
                context, &key, CInt(COpenSSLPublicKeySelection), parameters) == 1
        else { return nil }
        return unsafe key
    }
}
