internal import Access
internal import FeatureStore
internal import Features
internal import HTTP
internal import HTTPServer
internal import JWT
internal import ModelRegistry
internal import OpenAPI

/// A failure of each type of problem, from which the description of the interface takes what is
/// answered. A type without one is described by its status and title alone.
package enum FailureSamples {
    /// - Parameter bodyBytesMax: the limit of the listener that is described.
    package static func all(bodyBytesMax: Int) -> [ServiceFailure] {
        [
            .rejected(.malformed(.missingHost)),
            .body(.notAnObject),
            .invalidParameter(name: "explain", wanted: "1 to 64 or all, and be there once"),
            .invalidCustomerID(.tooLong(bytesMax: 256)),
            .missingToken,
            .token(.badSignature),
            .token(.expired),
            .revoked,
            .token(.staleAuthentication(maxAgeSeconds: 300)),
            .token(.insufficientScope(required: "predict")),
            .customerNotReadable,
            .plainHTTPAtProxy,
            .unknownPath,
            .features(.unknownCustomer),
            .methodNotAllowed(allowed: "POST"),
            .rejected(.headTimeout),
            .noReasons,
            .features(.stale(ageMilliseconds: 172_800_000)),
            .lengthRequired,
            .bodyTooLarge(bytesMax: bodyBytesMax),
            .rejected(.malformed(.requestLineTooLong(limit: 8192))),
            .unsupportedContentType,
            .rejected(.malformed(.unsupportedExpectation)),
            .invalidRecord([
                Violation(
                    field: "tenure", code: .outOfRange, detail: "must be an integer from 0 to 72")
            ]),
            .features(.missing(["tenure"])),
            .features(.unreadable("tenure", .overflow)),
            .invalidCommand(wanted: "{\"version\": \"…\"}"),
            .model(.notAVersion(found: "..")),
            .rateLimited(retrySeconds: 1210),
            .tooManyFailures(retrySeconds: 30),
            .rejected(.malformed(.headTooLarge(limit: 16_384))),
            .rejected(.malformed(.unsupportedTransferCoding)),
            .undecided(.unexpectedReply),
            .rejected(.malformed(.unsupportedVersion)),
        ]
    }
}

extension FailureRow {
    /// The fields that an answer with it has of its own.
    var answerFields: [AnswerField] {
        let named = fields.split(separator: "\r\n").compactMap { line in
            AnswerField(rawValue: String(line.prefix { $0 != ":" }))
        }
        // What is left of the quota is added as the answer is made.
        return problem == .rateLimited ? named + [.rateLimit, .rateLimitPolicy] : named
    }
}
