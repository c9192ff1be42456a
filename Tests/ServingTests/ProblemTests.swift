import Access
import Features
import HTTP
import HTTPServer
import JSON
import JWT
import Serving
import Redis
import ServiceTestSupport
import Testing

@Suite struct ProblemTests {
    /// The content of an answer.
    private func content(
        _ failure: ServiceFailure, requestID: String = "r-1"
    ) throws -> JSONObject {
        var writer = JSONWriter()
        ErrorForm.problem.append(
            failure.row, requestID: Array(requestID.utf8).span, to: &writer)
        let bytes = writer.finish()
        return try #require(try JSONValue(parsing: bytes.span).asObject)
    }

    @Test func `a failure of inference is one text, with all that is wrong`() {
        let violations = [
            Violation(field: "tenure", code: .outOfRange, detail: "must be an integer"),
            Violation(field: "a\"b", code: .unknownField, detail: "is not a field"),
        ]
        var writer = JSONWriter()
        let id = Array("r-1".utf8)
        ErrorForm.openInference.append(
            ServiceFailure.invalidRecord(violations).row, requestID: id.span, to: &writer)
        #expect(
            String(decoding: writer.finish(), as: UTF8.self)
                == #"{"error":"2 fields are not acceptable: tenure must be an integer; "#
                + #"a\"b is not a field","request_id":"r-1"}"#)
    }

    @Test func `content has the members of RFC 9457 and the request's id`() throws {
        let object = try content(.missingToken, requestID: "abc")
        #expect(object.members.map(\.name) == ["type", "title", "status", "detail", "request_id"])
        #expect(object["type"] == .string("urn:churnd:problem:missing-token"))
        #expect(object["title"] == .string("Bearer token required"))
        #expect(object["status"] == .number(401))
        #expect(object["detail"] == .string("Missing token"))
        #expect(object["request_id"] == .string("abc"))
    }

    @Test(arguments: [
        (ServiceFailure.unknownPath, ProblemType.notFound, ""),
        (.methodNotAllowed(allowed: "POST"), .methodNotAllowed, "Allow: POST\r\n"),
        (
            .methodNotAllowed(allowed: "GET, HEAD"), .methodNotAllowed, "Allow: GET, HEAD\r\n"
        ),
        (.unknownModel(active: "m, version 1"), .notFound, ""),
        (.unsupportedContentType, .unsupportedMediaType, ""),
        (.unsupportedContentEncoding, .unsupportedMediaType, "Accept-Encoding: identity\r\n"),
        (.bodyTooLarge(bytesMax: 16_384), .contentTooLarge, ""),
        (.lengthRequired, .lengthRequired, ""),
        (.repeatedAuthorization, .malformedRequest, ""),
        (.body(.notAnObject), .malformedBody, ""),
        (.invalidRecord([]), .invalidRecord, ""),
        (.rateLimited(retrySeconds: 1), .rateLimited, "Retry-After: 1\r\n"),
        (.rateLimited(retrySeconds: 3600), .rateLimited, "Retry-After: 3600\r\n"),
        (.undecided(.redis(.deadlinePassed)), .unavailable, "Retry-After: 1\r\n"),
        (.undecided(.foreignQuotaKey), .unavailable, "Retry-After: 1\r\n"),
        (.undecided(.unexpectedReply), .unavailable, "Retry-After: 1\r\n"),
        (.undecided(.storeFull(subjectsMax: 1)), .unavailable, "Retry-After: 1\r\n"),
        (.commandUnrecorded, .unavailable, "Retry-After: 1\r\n"),
        (.token(.keysUnavailable), .unavailable, "Retry-After: 1\r\n"),
        (.keysAtStart, .conflict, ""), (.keysRefused(reason: "r"), .conflict, ""),
        (.rejected(.headTimeout), .requestTimeout, ""),
        (.rejected(.bodyTimeout), .requestTimeout, ""),
    ]) func `each failure has its type and fields`(
        failure: ServiceFailure, type: ProblemType, fields: String
    ) {
        let problem = failure.row
        #expect(problem.problem == type)
        #expect(problem.fields == fields)
        #expect(!problem.detail.isEmpty)
    }

    @Test(arguments: [
        (
            ServiceFailure.missingToken, ProblemType.missingToken, "Missing token",
            "realm=\"churnd\""
        ),
        (
            .malformedCredentials, .invalidToken, "Invalid token",
            "realm=\"churnd\", error=\"invalid_token\", error_description=\"Invalid token\""
        ),
        (
            .token(.badSignature), .invalidToken, "Invalid token",
            "realm=\"churnd\", error=\"invalid_token\", error_description=\"Invalid token\""
        ),
        (
            .token(.expired), .tokenExpired, "Token expired",
            "realm=\"churnd\", error=\"invalid_token\", error_description=\"Token expired\""
        ),
        (
            .revoked, .tokenRevoked, "Token revoked",
            "realm=\"churnd\", error=\"invalid_token\", error_description=\"Token revoked\""
        ),
        (
            .token(.insufficientScope(required: "predict admin")), .insufficientScope,
            "Scope needed: predict admin", "error=\"insufficient_scope\", scope=\"predict admin\""
        ),
        (
            .token(.staleAuthentication(maxAgeSeconds: 300)), .staleAuthentication,
            "A token at most 300 seconds old is needed",
            "realm=\"churnd\", error=\"insufficient_user_authentication\", "
                + "error_description=\"A token at most 300 seconds old is needed\", max_age=300"
        ),
    ]) func `a challenge says what RFC 6750 wants`(
        failure: ServiceFailure, type: ProblemType, detail: String, parameters: String
    ) {
        let problem = failure.row
        #expect(problem.problem == type)
        #expect(problem.detail == detail)
        #expect(problem.fields == "WWW-Authenticate: Bearer \(parameters)\r\n")
    }

    @Test func `callers are not told which check of a token failed`() throws {
        let quiet = EveryError.token.filter { error in
            switch error {
            case .insufficientScope, .staleAuthentication, .expired, .wrongCertificate,
                .keysUnavailable:
                return false
            case _: return true
            }
        }
        #expect(quiet.count == EveryError.token.count - 5)
        let expected = try content(.malformedCredentials)
        for error in quiet {
            #expect(try content(.token(error)) == expected, "\(error)")
            let fields = ServiceFailure.token(error).row.fields
            #expect(fields == ServiceFailure.malformedCredentials.row.fields)
        }
    }

    @Test func `the log names the check of a token that failed`() {
        let reasons = EveryError.token.compactMap { ServiceFailure.token($0).row.reason }
        #expect(Set(reasons).count == EveryError.token.count)
    }

    /// RFC 9110 §15 and RFC 6585 §5: what is not 400, in the order of `EveryError`.
    private static let unlike400: [(HTTPError, UInt16)] = [
        (.unsupportedVersion, 505), (.requestLineTooLong(limit: 4), 414),
        (.headTooLarge(limit: 5), 431), (.tooManyFields(limit: 6), 431),
        (.authorizationTooLarge(limit: 7), 431), (.unsupportedTransferCoding, 501),
        (.unsupportedExpectation, 417), (.bodyTooLarge(limit: 26), 413),
        (.trailersTooLarge(limit: 32), 431),
    ]

    @Test func `a request that cannot be read is answered with the status of its RFC`() {
        for error in EveryError.http {
            let problem = ServiceFailure.rejected(.malformed(error)).row
            let status = ProblemTests.unlike400.first { $0.0 == error }?.1 ?? 400
            #expect(problem.problem.status == status, "\(error)")
            #expect(problem.fields.isEmpty, "\(error)")
        }
        let known = ProblemTests.unlike400.map(\.0)
        #expect(EveryError.http.filter(known.contains) == known)
    }

    @Test func `errors that differ are told apart by their details`() {
        let http = EveryError.http.map { ServiceFailure.rejected(.malformed($0)).row.detail }
        #expect(Set(http).count == http.count)
        let json = EveryError.json.map { ServiceFailure.body(.malformed($0)).row.detail }
        #expect(Set(json).count == json.count)
    }

    @Test func `a limit that was passed is named`() {
        for (index, error) in EveryError.http.enumerated() where "\(error)".contains("limit") {
            let detail = ServiceFailure.rejected(.malformed(error)).row.detail
            #expect(detail.contains(" \(index + 1) "))
        }
        let detail = ServiceFailure.bodyTooLarge(bytesMax: 77).row.detail
        #expect(detail == "The body must be at most 77 bytes")
    }

    @Test func `a body that is not JSON is told at which byte`() {
        for (index, error) in EveryError.json.enumerated() {
            let problem = ServiceFailure.body(.malformed(error)).row
            #expect(problem.problem == .malformedBody)
            #expect(problem.detail.hasSuffix(" \(index + 1)"), "\(problem.detail)")
        }
    }

    @Test func `a record's violations are all there, in their order`() throws {
        let violations = [
            Violation(
                field: "tenure", code: .outOfRange, detail: "must be an integer from 0 to 72"),
            Violation(field: "a/b~ \"é\n", code: .unknownField, detail: "is not a field"),
        ]
        let object = try content(.invalidRecord(violations))
        #expect(object["status"] == .number(422))
        #expect(object["detail"] == .string("2 fields are not acceptable"))
        let expected = try JSONValue(
            parsing: Array(
                #"""
                [{"field":"tenure","pointer":"#/tenure","code":"out_of_range",
                "detail":"must be an integer from 0 to 72"},
                {"field":"a/b~ \"é\n","pointer":"#/a~1b~0%20%22%C3%A9%0A","code":"unknown_field",
                "detail":"is not a field"}]
                """#.utf8
            ).span)
        #expect(object["errors"] == expected)
    }

    @Test func `one violation is one field`() throws {
        let violation = Violation(field: "x", code: .missing, detail: "is required")
        let object = try content(.invalidRecord([violation]))
        #expect(object["detail"] == .string("1 field is not acceptable"))
    }

    @Test func `types have statuses with a reason phrase, and no two share a name or a title`() {
        for type in ProblemType.allCases {
            #expect(ReasonPhrase.phrase(of: type.status).utf8CodeUnitCount > 0, "\(type)")
            #expect(type.uri == "urn:churnd:problem:\(type.rawValue)")
            #expect(type.rawValue.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2D })
        }
        #expect(Set(ProblemType.allCases.map(\.rawValue)).count == ProblemType.allCases.count)
        #expect(Set(ProblemType.allCases.map(\.title)).count == ProblemType.allCases.count)
    }
}
