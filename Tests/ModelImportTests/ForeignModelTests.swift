import ModelImport
import Testing

/// Files that are not models of XGBoost, by the bytes that the libraries begin them with.
struct ForeignModelTests {
    struct Sample: Sendable {
        let bytes: [UInt8]
        let wanted: ForeignModel
        let words: String

        init(_ bytes: [UInt8], _ wanted: ForeignModel, _ words: String) {
            self.bytes = bytes
            self.wanted = wanted
            self.words = words
        }

        init(_ text: String, _ wanted: ForeignModel, _ words: String) {
            self.init(Array(text.utf8), wanted, words)
        }
    }

    /// A pickle of protocol 4 with the name of a class.
    private static func pickle(_ module: String) -> [UInt8] {
        [0x80, 4, 0x95, 0x16, 0, 0, 0, 0, 0, 0, 0, 0x8C, UInt8(module.utf8.count)]
            + Array(module.utf8) + [0x94, 0x2E]
    }

    /// A zip archive's first entry, of this name.
    private static func archive(_ name: String) -> [UInt8] {
        [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 16)
            + [UInt8(name.utf8.count), 0, 0, 0] + Array(name.utf8)
    }

    @Test(arguments: [
        Sample(
            #"{"name": "tree", "version": "v4", "max_feature_idx": 2, "tree_info": []}"#,
            .lightGBMDump, "as dump_model writes it"),
        Sample([0x43, 0x42, 0x4D, 0x31, 0x90, 0x26, 0, 0], .catBoost, "a CatBoost model"),
        Sample(#"{"features_info": {"float_features": []}}"#, .catBoost, "a CatBoost model"),
        Sample(
            "[\n  { \"nodeid\": 0, \"depth\": 0, \"split\": \"tenure\" }]", .treeDump,
            "dump_model writes them for people to read"),
        Sample("booster[0]:\n0:[tenure<6] yes=1,no=2,missing=2\n", .treeDump, "without base score"),
        Sample(
            #"{"learner":{"generic_param":{"device":"cpu"}},"version":[3,2,0]}"#, .configuration,
            "save_config"),
        Sample("binf\0\0\0\u{3F}", .oldBinary, "the release that wrote it"),
        Sample(
            pickle("xgboost.sklearn"), .pickle(of: .xgboost), "model.save_model(\"model.json\")"),
        Sample(
            pickle("sklearn.pipeline"), .pickle(of: .sklearn),
            "write(skl2onnx.to_onnx(model, X[:1]"),
        Sample(
            pickle("lightgbm.basic"), .pickle(of: .lightgbm),
            "model.booster_.save_model(\"model.txt\")"),
        Sample(pickle("numpy"), .pickle(of: nil), "runs what is in it"),
        Sample(
            "ccopy_reg\n_reconstructor\np0\n(csklearn.pipeline\nPipeline\n",
            .pickle(of: .sklearn), "scikit-learn"),
        Sample([0x1F, 0x8B, 8, 0], .compressed(name: "gzip"), "perhaps by joblib"),
        Sample([0x78, 0x9C, 1], .compressed(name: "zlib"), "compressed by zlib"),
        Sample([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0], .compressed(name: "xz"), "compressed by xz"),
        Sample("BZh91AY", .compressed(name: "bzip2"), "compressed by bzip2"),
        Sample([0x04, 0x22, 0x4D, 0x18, 0x64], .compressed(name: "lz4"), "compressed by lz4"),
        Sample([8, 1, 0x12, 0xB2, 9, 10], .tensorFlow, "a TensorFlow model"),
        Sample([0x1C, 0, 0, 0] + Array("TFL3".utf8) + [0], .tensorFlow, "a TensorFlow model"),
        Sample([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], .keras, "a Keras or HDF5 file"),
        Sample(archive("config.json"), .keras, "a Keras"),
        Sample(archive("archive/data.pkl"), .pyTorch, "a PyTorch file"),
        Sample(archive("schema.json"), .skops, "a skops file"),
        Sample(archive("x.npy"), .numPy, "a NumPy file"),
        Sample(archive("[Content_Types].xml"), .table(name: "Excel"), "a table (Excel)"),
        Sample(archive("model"), .archive, "a zip archive"),
        Sample("\u{FEFF}<?xml version=\"1.0\"?>\n<PMML version=\"4.3\">", .pmml, "a PMML document"),
        Sample("<!DOCTYPE html><html>", .html, "perhaps the page of a login"),
        Sample("GGUF\u{3}\0\0\0", .gguf, "a GGUF language model"),
        Sample([0x40, 0, 0, 0, 0, 0, 0, 0] + Array("{\"w\":".utf8), .safetensors, "a safetensors"),
        Sample([0x93] + Array("NUMPY\u{1}".utf8), .numPy, "a NumPy file"),
        Sample("PAR1\u{15}", .table(name: "Parquet"), "a table (Parquet)"),
        Sample(
            "version https://git-lfs.github.com/spec/v1\noid", .lfsPointer, "git lfs pull"),
        Sample("#include <string>\n", .sourceCode, "source code"),
        Sample([0xFF, 0xFE, 0x7B, 0], .wideText, "iconv -f UTF-16 -t UTF-8"),
        Sample("[1, 2]", .jsonArray, "an array of JSON"),
        Sample(#"{"weights": [1, 2]}"#, .otherJSON, "without the member \"learner\""),
    ])
    func `what is another library's model is named, with the way out`(sample: Sample) throws {
        #expect(try ImportedModels.error(sample.bytes) == .foreign(sample.wanted))
        #expect("\(sample.wanted)".contains(sample.words), "\(sample.wanted)")
        #expect(!"\(sample.wanted)".contains("\n"))
    }

    @Test func `a model of XGBoost is never taken for another`() throws {
        for name in ["release-1.json", "release-1.ubj", "release-3.json", "release-3.ubj"] {
            let file = try ImportedModels.fixture(name)
            #expect(ForeignModel(file.span) == nil, "\(name)")
            if name.hasSuffix("json") { #expect(ForeignModel(json: file.span) == nil, "\(name)") }
        }
    }
}
