# Reads src/layers.json, the one table of the core's folders, for the build: which folders exist, which of them are
# compiled natively too, and what each is optimized for. tests/node/layers.test.mjs reads the same file for what each
# folder may include.

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/layers.json)
file(READ ${CMAKE_SOURCE_DIR}/src/layers.json layers_json)

# webquant_layers(RESULT): the names of all folders.
function(webquant_layers result)
  string(JSON last LENGTH ${layers_json} folders)
  math(EXPR last "${last} - 1")
  foreach(i RANGE ${last})
    string(JSON name MEMBER ${layers_json} folders ${i})
    list(APPEND names ${name})
  endforeach()
  set(${result} ${names} PARENT_SCOPE)
endfunction()

# webquant_layer(RESULT FOLDER KEY): what the table says of a folder, or nothing.
function(webquant_layer result folder key)
  string(JSON value ERROR_VARIABLE missing GET ${layers_json} folders ${folder} ${key})
  if(missing)
    set(value "")
  endif()
  set(${result} ${value} PARENT_SCOPE)
endfunction()
