# Toolchain of the native preset: the newest Clang at hand (for its sanitizers and libFuzzer), otherwise whatever C++20 compiler there is.
find_program(WEBQUANT_NATIVE_CXX NAMES clang++-19 clang++ g++ REQUIRED)
find_program(WEBQUANT_NATIVE_C NAMES clang-19 clang gcc REQUIRED)
set(CMAKE_CXX_COMPILER "${WEBQUANT_NATIVE_CXX}")
set(CMAKE_C_COMPILER "${WEBQUANT_NATIVE_C}")
