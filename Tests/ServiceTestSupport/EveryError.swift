package import HTTP
package import JSON
package import JWT

// Every case of errors that have values and so no list of their own. Each list is a chain, from
// case to case by a switch, so that it does not compile without a new case.

/// The elements of a chain; `next` gives what follows an element, the first one after nil.
private func chain<Element>(_ next: (Element?) -> Element?) -> [Element] {
    var all: [Element] = []
    while let element = next(all.last) { all.append(element) }
    return all
}

package enum EveryError {
    package static let json: [JSONError] = chain { error in
        switch error {
        case nil: .unexpectedEnd(offset: 1)
        case .unexpectedEnd: .unexpectedByte(offset: 2)
        case .unexpectedByte: .unexpectedKind(found: .null, offset: 3)
        case .unexpectedKind: .invalidUTF8(offset: 4)
        case .invalidUTF8: .invalidEscape(offset: 5)
        case .invalidEscape: .controlCharacter(offset: 6)
        case .controlCharacter: .invalidNumber(offset: 7)
        case .invalidNumber: .numberOutOfRange(offset: 8)
        case .numberOutOfRange: .duplicateName(offset: 9)
        case .duplicateName: .tooDeep(limit: 16, offset: 10)
        case .tooDeep: .trailingBytes(offset: 11)
        case .trailingBytes: nil
        }
    }

    /// All but the last three are of a token that is not valid.
    package static let token: [TokenError] = chain { error in
        switch error {
        case nil: .malformed
        case .malformed: .invalidBase64URL(.claims)
        case .invalidBase64URL: .malformedHeader(.unexpectedEnd(offset: 1))
        case .malformedHeader: .unsupportedAlgorithm
        case .unsupportedAlgorithm: .criticalHeader
        case .criticalHeader: .unsupportedType
        case .unsupportedType: .unknownKey
        case .unknownKey: .missingKeyID
        case .missingKeyID: .wrongAlgorithm
        case .wrongAlgorithm: .badSignature
        case .badSignature: .malformedClaims(.tooDeep(limit: 16, offset: 1))
        case .malformedClaims: .missingClaim(.expiration)
        case .missingClaim: .invalidClaim(.subject)
        case .invalidClaim: .wrongIssuer
        case .wrongIssuer: .wrongAudience
        case .wrongAudience: .unmetRequirement(claim: "tid")
        case .unmetRequirement: .boundToken
        case .boundToken: .wrongCertificate
        case .wrongCertificate: .lifetimeTooLong(maxSeconds: 3600)
        case .lifetimeTooLong: .notYetValid
        case .notYetValid: .issuedInFuture
        case .issuedInFuture: .expired
        case .expired: .insufficientScope(required: "predict admin")
        case .insufficientScope: .staleAuthentication(maxAgeSeconds: 300)
        case .staleAuthentication: .keysUnavailable
        case .keysUnavailable: nil
        }
    }

    package static let http: [HTTPError] = chain { error in
        switch error {
        case nil: .malformedRequestLine
        case .malformedRequestLine: .invalidTarget
        case .invalidTarget: .unsupportedVersion
        case .unsupportedVersion: .requestLineTooLong(limit: 4)
        case .requestLineTooLong: .headTooLarge(limit: 5)
        case .headTooLarge: .tooManyFields(limit: 6)
        case .tooManyFields: .authorizationTooLarge(limit: 7)
        case .authorizationTooLarge: .invalidFieldName
        case .invalidFieldName: .whitespaceBeforeColon
        case .whitespaceBeforeColon: .obsoleteLineFolding
        case .obsoleteLineFolding: .invalidFieldValue
        case .invalidFieldValue: .bareCarriageReturn
        case .bareCarriageReturn: .bareLineFeed
        case .bareLineFeed: .nulByte
        case .nulByte: .missingHost
        case .missingHost: .duplicateHost
        case .duplicateHost: .invalidHost
        case .invalidHost: .invalidContentLength
        case .invalidContentLength: .duplicateContentLength
        case .duplicateContentLength: .conflictingFraming
        case .conflictingFraming: .invalidTransferEncoding
        case .invalidTransferEncoding: .duplicateTransferEncoding
        case .duplicateTransferEncoding: .transferEncodingInHTTP10
        case .transferEncodingInHTTP10: .unsupportedTransferCoding
        case .unsupportedTransferCoding: .unsupportedExpectation
        case .unsupportedExpectation: .bodyTooLarge(limit: 26)
        case .bodyTooLarge: .malformedChunkSize
        case .malformedChunkSize: .malformedChunkExtension
        case .malformedChunkExtension: .malformedChunkEnd
        case .malformedChunkEnd: .chunkExtensionLineTooLong(limit: 30)
        case .chunkExtensionLineTooLong: .chunkExtensionsTooLarge(limit: 31)
        case .chunkExtensionsTooLarge: .trailersTooLarge(limit: 32)
        case .trailersTooLarge: nil
        }
    }
}
