import HTTP
import Testing

struct HTTPErrorTests {
    @Test(
        arguments: [
            (HTTPError.malformedRequestLine, 400), (.invalidHost, 400), (.bareLineFeed, 400),
            (.conflictingFraming, 400), (.malformedChunkSize, 400),
            (.chunkExtensionLineTooLong(limit: 1), 400), (.chunkExtensionsTooLarge(limit: 1), 400),
            (.bodyTooLarge(limit: 1), 413), (.requestLineTooLong(limit: 1), 414),
            (.unsupportedExpectation, 417), (.headTooLarge(limit: 1), 431),
            (.tooManyFields(limit: 1), 431), (.authorizationTooLarge(limit: 1), 431),
            (.trailersTooLarge(limit: 1), 431), (.unsupportedTransferCoding, 501),
            (.unsupportedVersion, 505),
        ] as [(HTTPError, UInt16)])
    func `an error has the status of its RFC`(error: HTTPError, status: UInt16) {
        #expect(error.status == status)
    }
}
