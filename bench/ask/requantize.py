"""Writes the weights of a GGUF file anew in another format: its numbers, rounded again.

    python bench/ask/requantize.py FROM.gguf TO.gguf Q8_0|Q4_0        needs the package gguf
"""

import sys

import gguf
import numpy

source, target, kind = sys.argv[1:4]
reader = gguf.GGUFReader(source)
writer = gguf.GGUFWriter(target, reader.fields["general.architecture"].contents())
format = gguf.GGMLQuantizationType[kind]
for field in reader.fields.values():
    if field.name.startswith("GGUF.") or field.name == "general.architecture":
        continue
    value = int(gguf.LlamaFileType["MOSTLY_" + kind]) if field.name == "general.file_type" else field.contents()
    array = field.types[0] == gguf.GGUFValueType.ARRAY
    writer.add_key_value(field.name, value, field.types[0], field.types[-1] if array else None)
for tensor in reader.tensors:
    numbers = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(numpy.float32)
    if numbers.ndim == 1:
        writer.add_tensor(tensor.name, numbers)
    else:
        writer.add_tensor(tensor.name, gguf.quants.quantize(numbers, format), raw_dtype=format)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
