import JSON
import JWT
import OpenSSL
import Testing

@Suite struct JSONWebKeySetTests {
    private let fixture: IssuerFixture

    init() throws { fixture = try IssuerFixture() }

    private static let reasons: [String: SkippedKeyReason] = [
        "rsa 1024 bit": .key(.modulusBits(1024)),
        "use enc": .otherUse, "oct key": .secret, "P-384 named ES256": .unsupportedKind,
        "x off the curve": .key(.notOnCurve), "private members present": .privateMembers,
        "n with leading zero byte": .key(.leadingZero), "no kid": .noID,
    ]

    @Test func `a key that is not acceptable is skipped, and the others are used`() throws {
        let used = "rsa exponent 3 (allowed by RFC 7518, refuse or accept by policy)"
        #expect(Set(fixture.otherKeys.members.map(\.name)) == Set(Self.reasons.keys).union([used]))
        for (name, key) in fixture.otherKeys.members {
            let reason = Self.reasons[name]
            let set = try IssuerFixture.set([key] + fixture.keys)
            #expect(set.skipped.map(\.reason) == [reason].compactMap { $0 }, "\(name)")
            #expect(set.keys.count == 4 + (reason == nil ? 1 : 0), "\(name)")
            #expect(
                set.keys.suffix(4).map(\.algorithm) == [.rs256, .rs256, .es256, .edDSA], "\(name)")
            #expect(set.keys.suffix(4).map(\.id) == ["rsa-1", "rsa-noalg", "ec-1", "ed-1"])
            let id = key.asObject?["kid"]?.asString
            if reason != nil { #expect(set.skipped.first?.id == id, "\(name)") }
        }
    }

    /// The Ed25519 key with members added or replaced, `nil` removing one.
    private func key(_ changes: [(String, JSONValue?)]) throws -> JSONValue {
        var members = try #require(fixture.keys[3].asObject).members
        for (name, value) in changes {
            members.removeAll { $0.name == name }
            if let value { members.append((name, value)) }
        }
        return .object(members)
    }

    @Test(
        arguments: [
            ([("kid", nil)], nil), ([("alg", nil)], nil), ([("alg", .string("Ed25519"))], nil),
            ([("use", nil)], nil), ([("x5c", .array([.string("a"), .number(1)]))], nil),
            ([("key_ops", .array([.string("sign"), .string("verify")]))], nil),
            ([("alg", .string("ES256"))], .otherAlgorithm),
            ([("alg", .string("HS256"))], .otherAlgorithm),
            ([("alg", .string("eddsa"))], .otherAlgorithm), ([("alg", .null)], .otherAlgorithm),
            ([("use", .string("SIG"))], .otherUse), ([("use", .number(1))], .otherUse),
            ([("key_ops", .array([.string("sign")]))], .otherUse),
            ([("key_ops", .array([]))], .otherUse),
            ([("key_ops", .string("verify"))], .otherUse),
            ([("kid", .string(""))], .unacceptableID), ([("kid", .number(1))], .unacceptableID),
            ([("kid", .string("a\n"))], .unacceptableID),
            ([("kid", .string(String(repeating: "a", count: 256)))], nil),
            ([("kid", .string(String(repeating: "a", count: 257)))], .unacceptableID),
            ([("kty", nil)], .member("kty")), ([("kty", .string("okp"))], .unsupportedKind),
            ([("kty", .number(1))], .unsupportedKind),
            ([("crv", .string("Ed448"))], .unsupportedKind),
            ([("crv", nil)], .unsupportedKind),
            ([("kty", .string("oct")), ("k", .string("AA"))], .secret),
            ([("d", .null)], .privateMembers), ([("k", .string("AA"))], .privateMembers),
            ([("x", nil)], .member("x")), ([("x", .string(""))], .member("x")),
            ([("x", .string("AAA="))], .member("x")), ([("x", .number(1))], .member("x")),
            ([("x", .string("AAAA"))], .key(.byteCount(3))),
        ] as [([(String, JSONValue?)], SkippedKeyReason?)])
    func `each member of a key is judged`(
        changes: [(String, JSONValue?)], reason: SkippedKeyReason?
    ) throws {
        let changed = try key(changes)
        guard let reason else {
            #expect(try IssuerFixture.set([changed]).keys.map(\.algorithm) == [.edDSA])
            return
        }
        #expect {
            try IssuerFixture.set([changed])
        } throws: { error in
            guard case .noUsableKey(let skipped) = error as? JSONWebKeySetError else {
                return false
            }
            return skipped.map(\.reason) == [reason]
        }
    }

    private func refusal(_ text: String) -> JSONWebKeySetError? {
        do throws(JSONWebKeySetError) {
            _ = try JSONWebKeySet(Array(text.utf8).span)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a set that is no set is refused as a whole`() {
        #expect(refusal("") == .malformed(.unexpectedEnd(offset: 0)))
        #expect(refusal("[]") == .malformed(.unexpectedKind(found: .array, offset: 0)))
        #expect(refusal("{}") == .noKeyList)
        #expect(refusal(#"{"keys":[]}"#) == .noUsableKey([]))
        #expect(refusal(#"{"keys":{}}"#) == .malformed(.unexpectedKind(found: .object, offset: 8)))
        #expect(refusal(#"{"keys":[1]}"#) == .malformed(.unexpectedKind(found: .number, offset: 9)))
        #expect(refusal(#"{"keys":[],"keys":[]}"#) == .malformed(.duplicateName(offset: 12)))
        #expect(
            refusal(#"{"keys":[{"kty":"a","kty":"b"}]}"#)
                == .malformed(.duplicateName(offset: 21)))
        #expect(refusal(#"{"keys":[]} "x""#) == .malformed(.trailingBytes(offset: 12)))
    }

    @Test(arguments: [(7, false), (8, false), (9, true)])
    func `the depth of a set is bounded`(_ depth: Int, _ isTooDeep: Bool) {
        let inner = depth - 1
        let text =
            "{\"a\":" + String(repeating: "[", count: inner) + String(repeating: "]", count: inner)
            + "}"
        if isTooDeep {
            #expect(refusal(text) == .malformed(.tooDeep(limit: 8, offset: 12)))
        } else {
            #expect(refusal(text) == .noKeyList)
        }
    }

    @Test func `a kid that comes twice spoils the set, also with a key that is skipped`() throws {
        let other = try key([("kid", .string("rsa-1")), ("use", .string("enc"))])
        #expect(throws: JSONWebKeySetError.duplicateID) {
            try IssuerFixture.set(fixture.keys + [other])
        }
        #expect(throws: JSONWebKeySetError.duplicateID) {
            try IssuerFixture.set(fixture.keys + [fixture.keys[3]])
        }
        let unnamed = try key([("kid", nil)])
        #expect(throws: JSONWebKeySetError.self) { try IssuerFixture.set([unnamed, unnamed]) }
    }

    @Test(arguments: [31, 32, 33, 34, 100]) func `the keys of a set are bounded`(
        _ count: Int
    ) throws {
        let keys = try (0..<count).map { try key([("kid", .string("\($0)"))]) }
        if count <= 32 {
            #expect(try IssuerFixture.set(keys).keys.count == count)
        } else {
            #expect(throws: JSONWebKeySetError.tooManyKeys(max: 32)) {
                try IssuerFixture.set(keys)
            }
        }
    }

    @Test(arguments: [65_535, 65_536, 65_537]) func `the bytes of a set are bounded`(
        _ count: Int
    ) throws {
        var writer = JSONWriter()
        writer.value(.object([("keys", .array(fixture.keys))]))
        var bytes = writer.finish()
        bytes += Array(repeating: UInt8(ascii: " "), count: count - bytes.count)
        if count <= 65_536 {
            #expect(try JSONWebKeySet(bytes.span).keys.count == 4)
        } else {
            #expect(throws: JSONWebKeySetError.tooLarge(bytesMax: 65_536)) {
                try JSONWebKeySet(bytes.span)
            }
        }
    }

    @Test func `what is wrong with a set is said with each key and its reason`() throws {
        let key = try key([("kid", .string("k1")), ("use", .string("enc"))])
        #expect {
            try IssuerFixture.set([key])
        } throws: { error in
            "\(error)" == "no key that can be used; k1: use or key_ops: not for verifying "
                + "signatures"
        }
    }
}
