internal import Features
internal import HTTP
internal import JSON
internal import RecordFormats

// What is said of requests and bodies that cannot be parsed: names and places, never their bytes.

extension FailureRow {
    init(_ error: BodyError) {
        switch error {
        case .malformed(let error): self.init(.malformedBody, error.explanation)
        case .notAnObject: self.init(.malformedBody, "The body must be a JSON object")
        }
    }

    init(_ error: RecordFormatError) {
        switch error {
        case .malformed(let detail): self.init(.malformedBody, detail)
        case .tooManyRows(let max):
            self.init(.contentTooLarge, "The body must hold at most \(max) records")
        case .noRows: self.init(.malformedBody, "The body must hold a record at least")
        }
    }

    init(_ fault: RecordFault) {
        switch fault {
        case .cellCount(let found, let wanted):
            self.init(.malformedBody, "The row has \(found) cells; it must have \(wanted)")
        }
    }

    init(_ error: HTTPError) {
        switch error {
        case .malformedRequestLine, .invalidTarget, .invalidFieldName, .whitespaceBeforeColon,
            .obsoleteLineFolding, .invalidFieldValue, .bareCarriageReturn, .bareLineFeed,
            .nulByte, .missingHost, .duplicateHost, .invalidHost, .invalidContentLength,
            .duplicateContentLength, .conflictingFraming, .invalidTransferEncoding,
            .duplicateTransferEncoding, .transferEncodingInHTTP10, .malformedChunkSize,
            .malformedChunkExtension, .malformedChunkEnd, .chunkExtensionLineTooLong,
            .chunkExtensionsTooLarge:
            self.init(.malformedRequest, error.explanation)
        case .bodyTooLarge: self.init(.contentTooLarge, error.explanation)
        case .requestLineTooLong: self.init(.targetTooLong, error.explanation)
        case .unsupportedExpectation: self.init(.expectationFailed, error.explanation)
        case .headTooLarge, .tooManyFields, .authorizationTooLarge, .trailersTooLarge:
            self.init(.headTooLarge, error.explanation)
        case .unsupportedTransferCoding:
            self.init(.transferCodingNotSupported, error.explanation)
        case .unsupportedVersion: self.init(.versionNotSupported, error.explanation)
        }
    }
}

extension HTTPError {
    /// What is wrong with a request.
    fileprivate var explanation: String {
        switch self {
        case .malformedRequestLine: "The request line must be a method, a target and a version"
        case .invalidTarget: "The request target is not one of the forms of RFC 9112"
        case .unsupportedVersion: "The version must be HTTP/1.1 or HTTP/1.0"
        case .requestLineTooLong(let limit): "The request line must be at most \(limit) bytes"
        case .headTooLarge(let limit): "The head must be at most \(limit) bytes"
        case .tooManyFields(let limit): "The head must have at most \(limit) fields"
        case .authorizationTooLarge(let limit):
            "The Authorization field must be at most \(limit) bytes"
        case .invalidFieldName: "A field name is empty or has a byte that none may have"
        case .whitespaceBeforeColon: "A field name must be followed by its colon"
        case .obsoleteLineFolding: "A field must stand on one line"
        case .invalidFieldValue: "A field value has a control character"
        case .bareCarriageReturn: "A CR must be followed by LF"
        case .bareLineFeed: "An LF must follow a CR"
        case .nulByte: "The head must not have a NUL byte"
        case .missingHost: "A Host field is needed"
        case .duplicateHost: "There must be one Host field"
        case .invalidHost: "The Host field must be a host and may have a port"
        case .invalidContentLength: "The Content-Length must be digits"
        case .duplicateContentLength: "There must be one Content-Length field"
        case .conflictingFraming: "There must not be both Content-Length and Transfer-Encoding"
        case .invalidTransferEncoding: "The Transfer-Encoding must be chunked"
        case .duplicateTransferEncoding: "There must be one Transfer-Encoding field"
        case .transferEncodingInHTTP10: "HTTP/1.0 has no Transfer-Encoding"
        case .unsupportedTransferCoding: "The only transfer coding that is read is chunked"
        case .unsupportedExpectation: "The only expectation that is met is 100-continue"
        case .bodyTooLarge(let limit): "The body must be at most \(limit) bytes"
        case .malformedChunkSize: "A chunk must begin with its size in 1 to 16 hex digits"
        case .malformedChunkExtension: "A chunk extension is not of the form of RFC 9112"
        case .malformedChunkEnd: "A chunk must end with CRLF where its size says"
        case .chunkExtensionLineTooLong(let limit):
            "The extensions of a chunk must be at most \(limit) bytes"
        case .chunkExtensionsTooLarge(let limit):
            "The extensions of all chunks must be at most \(limit) bytes"
        case .trailersTooLarge(let limit): "The trailers must be at most \(limit) bytes"
        }
    }
}

extension JSONError {
    /// What is wrong with a body, and at which byte.
    fileprivate var explanation: String {
        switch self {
        case .unexpectedEnd(let offset): "The JSON ends too early, at byte \(offset)"
        case .unexpectedByte(let offset): "The JSON has an unexpected byte at \(offset)"
        case .unexpectedKind(_, let offset):
            "The JSON has a value of another kind at byte \(offset)"
        case .invalidUTF8(let offset): "A string is not UTF-8 at byte \(offset)"
        case .invalidEscape(let offset): "A string has an invalid escape at byte \(offset)"
        case .controlCharacter(let offset):
            "A string has an unescaped control character at byte \(offset)"
        case .invalidNumber(let offset): "A number is not of JSON's form at byte \(offset)"
        case .numberOutOfRange(let offset): "A number is out of range at byte \(offset)"
        case .duplicateName(let offset): "An object has a name twice, at byte \(offset)"
        case .tooDeep(let limit, let offset):
            "The JSON is nested deeper than \(limit) at byte \(offset)"
        case .trailingBytes(let offset): "Something follows the JSON at byte \(offset)"
        }
    }
}
