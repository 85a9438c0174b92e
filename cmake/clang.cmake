# Compiles with Clang itself. emcc and em++ are Python programs that start Clang with a few more flags; for a small file, starting them takes
# longer than compiling. So emcc is asked once which flags it adds, and CMake's compile rules then run Clang with these. Linking stays with em++.

# webquant_compile_with_clang(C_FLAGS <list> CXX_FLAGS <list>): the flags are those that change what emcc adds (-pthread, -fwasm-exceptions).
# It sets CMAKE_C_COMPILE_OBJECT and CMAKE_CXX_COMPILE_OBJECT in the calling scope, and WEBQUANT_CLANG_C, the command for C as a list.
# Where emcc's answer cannot be understood, everything is left as it is.
function(webquant_compile_with_clang)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "C_FLAGS;CXX_FLAGS")
  foreach(language C CXX)
    string(TOLOWER ${language} extension)
    set(source ${CMAKE_BINARY_DIR}/emcc-probe/probe.${extension})
    file(CONFIGURE OUTPUT ${source} CONTENT "")
    execute_process(
      COMMAND ${CMAKE_${language}_COMPILER} -v ${arg_${language}_FLAGS} -c ${source} -o ${source}.o
      RESULT_VARIABLE result ERROR_VARIABLE said OUTPUT_QUIET)
    set(clang ${CMAKE_${language}_COMPILER})
    # The line that emcc prints before it starts Clang; Clang's own lines for its passes have -cc1.
    string(REGEX MATCHALL "[^\n]*clang[^\n]* -c [^\n]*" lines "${said}")
    list(FILTER lines EXCLUDE REGEX " -cc1 ")
    list(LENGTH lines count)
    if(result EQUAL 0 AND count EQUAL 1)
      separate_arguments(clang UNIX_COMMAND "${lines}")
      list(REMOVE_ITEM clang -v -c ${source} -o ${source}.o)
    else()
      message(STATUS "emcc does not say how it calls Clang for ${language}: compiling through emcc")
    endif()
    set(WEBQUANT_CLANG_${language} ${clang} PARENT_SCOPE)
    list(TRANSFORM clang REPLACE "(.* .*)" "\"\\1\"")
    list(JOIN clang " " command)
    set(CMAKE_${language}_COMPILE_OBJECT "${command} <DEFINES> <INCLUDES> <FLAGS> -o <OBJECT> -c <SOURCE>" PARENT_SCOPE)
  endforeach()
endfunction()

# Objects that were compiled before, in this folder or in another, come from ccache where it is installed. It takes files with a precompiled header
# only when told that they use no __DATE__ and that the header's macros may be left uncompared.
find_program(WEBQUANT_CCACHE ccache)
if(WEBQUANT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros ${WEBQUANT_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()
