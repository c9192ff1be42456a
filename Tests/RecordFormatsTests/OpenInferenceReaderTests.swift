import RecordFormats
import Testing

@Suite struct OpenInferenceReaderTests {
    private typealias Body = InferenceBody

    @Test(
        arguments: [
            (#"["basic"]"#, "[1]"), (#"["basic"]"#, "[1,1]"), (#"[["basic"]]"#, "[1,1]"),
            (#" [ [ "basic" ] ] "#, "[ 1 , 1 ]"),
        ])
    func `one row may have either shape, and be nested where the shape is`(
        data: String, shape: String
    ) throws {
        let request = Body(inputs: Body.input("plan", "BYTES", shape: shape, data: data))
        #expect(try Parcel.texts(request) == [#"{"plan":"basic"}"#])
    }

    @Test func `each row is a record with the fields in the schema's order`() throws {
        let request = Body(
            inputs: Body.input("amount", "FP64", shape: "[2]", data: "[1.50,-2e0]"),
            Body.input("plan", "BYTES", shape: "[2,1]", data: #"[["l\u0061rge"],["ä"]]"#),
            Body.input("id", "INT64", shape: "[2]", data: "[9007199254740993,null]"))
        #expect(
            try Parcel.texts(request) == [
                #"{"id":9007199254740993,"plan":"l\u0061rge","amount":1.50}"#,
                #"{"id":null,"plan":"ä","amount":-2e0}"#,
            ])
    }

    @Test(
        arguments: [
            ("INT8", littleEndian(Int8.min), "-128"), ("UINT8", [0xFF], "255"),
            ("INT16", littleEndian(Int16.min), "-32768"),
            ("UINT16", littleEndian(UInt16.max), "65535"),
            ("INT32", littleEndian(Int32.min), "-2147483648"),
            ("UINT32", littleEndian(UInt32.max), "4294967295"),
            ("INT64", littleEndian(Int64.min), "-9223372036854775808"),
            ("INT64", littleEndian(Int64(9_007_199_254_740_993)), "9007199254740993"),
            ("UINT64", littleEndian(UInt64.max), "18446744073709551615"),
            ("FP32", littleEndian(Float(80.3).bitPattern), "80.3"),
            ("FP64", littleEndian((80.3).bitPattern), "80.3"),
            ("FP64", littleEndian((12.0).bitPattern), "12"),
        ] as [(String, [UInt8], String)])
    func `a binary number becomes the digits of the same number`(
        datatype: String, bytes: [UInt8], digits: String
    ) throws {
        let request = Body(
            inputs: Body.input("amount", datatype, binaryBytes: "\(bytes.count)"), binary: bytes)
        #expect(try Parcel.texts(request) == ["{\"amount\":\(digits)}"])
    }

    @Test func `inputs take their binary bytes in the order in which they stand`() throws {
        let request = Body(
            inputs: Body.input("count", "INT64", shape: "[2,1]", binaryBytes: "16"),
            Body.input("id", "BYTES", shape: "[2,1]", data: #"["a","b"]"#),
            Body.input("plan", "BYTES", shape: "[2,1]", binaryBytes: "17"),
            binary: littleEndian(Int64(3)) + littleEndian(Int64(-4)) + binaryText("")
                + binaryText("\"\n\u{1F600}ä\0"))
        #expect(
            try Parcel.texts(request) == [
                #"{"id":"a","plan":"","count":3}"#,
                "{\"id\":\"b\",\"plan\":\"\\\"\\n\u{1F600}ä\\u0000\",\"count\":-4}",
            ])
    }

    @Test func `a missing element is null, which the schema judges`() throws {
        for datatype in ["INT64", "FP64"] {
            let request = Body(
                inputs: Body.input("amount", datatype, shape: "[2,1]", data: "[[null],[1]]"))
            #expect(try Parcel.texts(request) == [#"{"amount":null}"#, #"{"amount":1}"#])
        }
    }

    @Test func `what is asked for beside the inputs is read, and what is unknown is not`() throws {
        let input = Body.input("plan", "BYTES", data: #"["basic"]"#)
        let request = try Parcel.read(
            Body(
                """
                {"id":"r\\u00e4-1","model_name":"m","parameters":{"priority":3,"x":[{}],
                 "binary_data_output":true},"outputs":[
                 {"name":"risk_level","parameters":{"binary_data":false}},
                 {"name":"churn_probability","parameters":null}],"inputs":[\(input)]}
                """))
        #expect(request.id == "rä-1")
        #expect(request.namesOutputs)
        #expect(
            request.outputs == [
                RequestedOutput(.risk), RequestedOutput(.probability, isBinary: true),
            ])
        let bare = try Parcel.read(
            Body("{\"inputs\":[\(input)],\"id\":null,\"outputs\":null,\"parameters\":null}"))
        #expect(bare.id == nil)
        #expect(!bare.namesOutputs)
        #expect(bare.outputs.map(\.output) == OpenInferenceOutput.allCases)
        #expect(bare.outputs.allSatisfy { !$0.isBinary })
    }

    @Test func `as many rows as are allowed are taken, and one more is refused`() throws {
        func request(_ count: Int) -> Body {
            let data = Array(repeating: "1", count: count).joined(separator: ",")
            return Body(
                inputs: Body.input("count", "INT8", shape: "[\(count)]", data: "[\(data)]"))
        }
        #expect(try Parcel.texts(request(3), rowsMax: 3).count == 3)
        #expect(Parcel.detail(request(4), rowsMax: 3) == "more than 3 rows")
        #expect(Parcel.detail(request(0), rowsMax: 3) == "no rows")
        let claimed = Body(
            inputs: Body.input("count", "INT8", shape: "[4]", binaryBytes: "4"),
            binary: [1, 2, 3, 4])
        #expect(Parcel.detail(claimed, rowsMax: 3) == "more than 3 rows")
    }

    @Test func `an id may have 256 bytes`() {
        let input = Body.input("plan", "BYTES", data: #"["basic"]"#)
        func request(_ count: Int) -> Body {
            Body("{\"id\":\"\(String(repeating: "i", count: count))\",\"inputs\":[\(input)]}")
        }
        #expect(Parcel.detail(request(256)) == nil)
        #expect(Parcel.detail(request(257)) == "id has 257 bytes, expected at most 256")
    }

    @Test(
        arguments: [
            ("12", 12), ("0", 0), ("007", 7), ("", nil), ("-1", nil), ("1 2", nil), ("0x10", nil),
            ("9223372036854775808", nil),
        ] as [(String, Int?)])
    func `the length of the JSON is a number of bytes`(field: String, wanted: Int?) {
        let bytes = Array(field.utf8)
        let count = try? OpenInferenceReader.headerBytes(bytes.span)
        #expect(count == wanted)
    }
}
