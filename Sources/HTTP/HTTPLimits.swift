/// How much of a request is read before it is refused. Each limit applies while bytes still arrive,
/// and each is the largest size that is accepted.
package struct HTTPLimits: Equatable, Sendable {
    /// The request line without its CRLF.
    package var requestLineBytesMax: Int
    /// The whole head: an empty line before it, the request line, the fields, the blank line.
    package var headBytesMax: Int
    package var headFieldsMax: Int
    /// The value of one Authorization field, without the white space around it.
    package var authorizationBytesMax: Int
    /// The content, after the chunks are joined.
    package var bodyBytesMax: Int
    /// The extensions of one chunk: all between its size and its CRLF.
    package var chunkExtensionLineBytesMax: Int
    /// The extensions of all chunks of one body.
    package var chunkExtensionBytesMax: Int
    /// The trailer lines with their CRLFs, without the blank line that ends them.
    package var trailerBytesMax: Int

    package init(
        requestLineBytesMax: Int, headBytesMax: Int, headFieldsMax: Int,
        authorizationBytesMax: Int, bodyBytesMax: Int, chunkExtensionLineBytesMax: Int,
        chunkExtensionBytesMax: Int, trailerBytesMax: Int
    ) {
        self.requestLineBytesMax = requestLineBytesMax
        self.headBytesMax = headBytesMax
        self.headFieldsMax = headFieldsMax
        self.authorizationBytesMax = authorizationBytesMax
        self.bodyBytesMax = bodyBytesMax
        self.chunkExtensionLineBytesMax = chunkExtensionLineBytesMax
        self.chunkExtensionBytesMax = chunkExtensionBytesMax
        self.trailerBytesMax = trailerBytesMax
    }

    /// The limits the service promises its callers where the configuration names no others.
    package static let contract = HTTPLimits(
        requestLineBytesMax: 8192, headBytesMax: 16384, headFieldsMax: 64,
        authorizationBytesMax: 8192, bodyBytesMax: 16384, chunkExtensionLineBytesMax: 256,
        chunkExtensionBytesMax: 4096, trailerBytesMax: 4096)
}
