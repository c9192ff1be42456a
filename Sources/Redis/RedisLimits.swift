/// How much one connection to Redis holds in memory, whatever Redis and the callers do.
package struct RedisLimits: Equatable, Sendable {
    /// Commands that wait for a connection or for their answer.
    package var commandsMax: Int
    /// Bytes of commands not sent yet. A command is taken while fewer wait.
    package var unsentBytesMax: Int
    /// One reply, with all that it holds.
    package var replyBytesMax: Int
    /// Elements of one array in a reply.
    package var replyElementsMax: Int

    package init(
        commandsMax: Int, unsentBytesMax: Int, replyBytesMax: Int, replyElementsMax: Int
    ) {
        self.commandsMax = commandsMax
        self.unsentBytesMax = unsentBytesMax
        self.replyBytesMax = replyBytesMax
        self.replyElementsMax = replyElementsMax
    }

    /// What the service uses: far above what it asks for, far below what would hurt.
    package static let standard = RedisLimits(
        commandsMax: 10_000, unsentBytesMax: 16 << 20, replyBytesMax: 64 << 10,
        replyElementsMax: 4096)
}
