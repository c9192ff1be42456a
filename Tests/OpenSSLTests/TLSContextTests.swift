import OpenSSL
import POSIX
import TestSupport
import Testing

struct TLSContextTests {
    private let authority: TestAuthority

    init() throws { authority = try TestAuthority.shared.get() }

    private func bytes(_ path: String) throws -> [UInt8] { try Files.read(path, bytesMax: 1 << 17) }

    /// Why a certificate and a key make no identity.
    private func error(_ certificates: [UInt8], _ key: [UInt8]) -> TLSContextError? {
        do throws(TLSContextError) {
            _ = try TLSIdentity(certificates: certificates, key: key.span)
            return nil
        } catch { return error }
    }

    @Test func `certificates and keys that cannot be used are told apart`() throws {
        let certificate = try bytes(authority.server.certificate)
        let key = try bytes(authority.server.key)
        let other = try bytes(authority.certificate("context-other").key)
        let encrypted = try TestAuthority.openssl([
            "pkey", "-in", authority.server.key, "-aes256", "-passout", "pass:secret",
        ])
        #expect(error(certificate, key) == nil)
        #expect(error([], key) == .noCertificate)
        #expect(error(key, key) == .noCertificate)
        #expect(error(Array("no PEM".utf8), key) == .noCertificate)
        #expect(error(certificate, []) == .noKey)
        #expect(error(certificate, certificate) == .noKey)
        #expect(error(certificate, Array(encrypted.utf8)) == .encryptedKey)
        #expect(error(certificate, other) == .foreignKey)
        // Every file that ends too early, but for the newline at its end.
        for count in stride(from: 30, to: certificate.count - 1, by: 37) {
            #expect(error(Array(certificate[..<count]), key) == .malformedCertificate(1))
        }
        #expect(error(certificate + certificate.dropLast(40), key) == .malformedCertificate(2))
    }

    @Test func `a server that asks for certificates needs an authority`() throws {
        let identity = try authority.server.identity()
        for mode in TLSClientAuthentication.allCases where mode != .off {
            #expect(throws: TLSContextError.noAuthority) {
                try TLSContext(serving: identity, clientAuthorities: Array("x".utf8), mode)
            }
        }
        #expect(throws: TLSContextError.noAuthority) { try TLSContext(trusting: []) }
        #expect(try TLSContext(serving: identity).certificate?.chainCount == 1)
    }

    @Test func `a chain knows its length, its end and which certificate is misplaced`() throws {
        let now = Clock.unixMilliseconds() / 1000
        let own = try bytes(authority.server.certificate)
        let above = try bytes(authority.path)
        let key = try bytes(authority.server.key)
        let good = try TLSIdentity(certificates: own + above, key: key.span).certificate
        #expect(good.chainCount == 2)
        #expect(good.misplaced == nil)
        #expect(abs(good.notAfter - now - 30 * 86_400) < 600)
        #expect(good.fault(unixSeconds: now) == nil)
        #expect(good.fault(unixSeconds: good.notAfter) == nil)
        #expect(good.fault(unixSeconds: good.notAfter + 1) == .expired(seconds: 1))
        #expect(good.fault(unixSeconds: good.notBefore - 5) == .notValidYet(seconds: 5))
        let other = try bytes(authority.certificate("context-misplaced").certificate)
        let bad = try TLSIdentity(certificates: own + other + above, key: key.span).certificate
        #expect(bad.misplaced == 1)
    }
}
