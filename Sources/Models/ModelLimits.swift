/// What a bundle may hold. The figures leave room for any model that one core can score in a
/// millisecond, and keep a hostile file from taking memory or time out of proportion to its size.
package struct ModelLimits: Sendable {
    package var manifestBytesMax = 4 << 20
    package var modelBytesMax = 64 << 20
    package var goldenBytesMax = 16 << 20
    package var treesMax = 100_000
    /// Nodes of one tree.
    package var nodesMax = 1 << 20
    package var featuresMax = 65_535
    /// Splits of all trees once each is padded to a perfect heap, 8 bytes each and as many leaves
    /// of 4: a model that needs more is scored along its links.
    package var paddedSplitsMax = 1 << 22
    /// Bits of all sets of categories: a set has one for each code up to its largest member.
    package var categoryBitsMax = 1 << 26
    /// Fewer golden rows prove too little.
    package var goldenRowsMin = 50
    package var goldenRowsMax = 10_000
    /// Bytes of a model's name, and of its version.
    package var nameBytesMax = 64

    package init() {}

    /// Nesting of the JSON texts.
    package static let jsonDepthMax = 16
}
