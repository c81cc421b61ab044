# Run by ctest with cmake -P; CMakeLists.txt says what the variables are.
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY
    OUTPUT_VARIABLE output ECHO_OUTPUT_VARIABLE)
  set(output "${output}" PARENT_SCOPE)
endfunction()

# build(NAME SOURCE [arguments]): builds a project of an embedder in SCRATCH/NAME.
function(build name source)
  run(${CMAKE_COMMAND} -S ${source} -B ${SCRATCH}/${name} -G ${GENERATOR}
    -D CMAKE_BUILD_TYPE=Release
    -D CMAKE_PREFIX_PATH=${SCRATCH}/prefix
    -D CMAKE_CXX_COMPILER=${CXX}
    -D CMAKE_CXX_COMPILER_LAUNCHER=${CXX_LAUNCHER}
    -D CMAKE_EXE_LINKER_FLAGS=${LINKER_FLAGS}
    ${ARGN})
  run(${CMAKE_COMMAND} --build ${SCRATCH}/${name})
endfunction()

file(REMOVE_RECURSE ${SCRATCH})
run(${CMAKE_COMMAND} --install ${ROUNDS_BUILD} --prefix ${SCRATCH}/prefix)

build(embed ${ROUNDS_SOURCE}/examples/embed)
run(${SCRATCH}/embed/embed ${SCRATCH}/data)
if(NOT output MATCHES "resolved checkout x2: no answer for order <value> from <address>")
  message(FATAL_ERROR "the example did not list one resolved signature of two occurrences")
endif()

# The list is that of the source tree: a header that is not installed would be missed otherwise.
file(GLOB headers RELATIVE ${ROUNDS_SOURCE} ${ROUNDS_SOURCE}/core/*.hpp ${ROUNDS_SOURCE}/eventlog/*.hpp
  ${ROUNDS_SOURCE}/projections/*.hpp ${ROUNDS_SOURCE}/store/*.hpp)
# What needs generated headers is not for embedders.
foreach(header IN LISTS headers)
  file(STRINGS ${ROUNDS_SOURCE}/${header} generated REGEX "_generated\\.h>")
  if(NOT generated)
    continue()
  endif()
  if(EXISTS ${SCRATCH}/prefix/include/rounds/${header})
    message(FATAL_ERROR "${header} is installed, but what it includes is generated and is not")
  endif()
  list(REMOVE_ITEM headers ${header})
endforeach()
list(TRANSFORM headers REPLACE "(.+)" "#include <rounds/\\1>\n")
file(WRITE ${SCRATCH}/generated/all_headers.hpp ${headers})
build(all_headers ${CMAKE_CURRENT_LIST_DIR}/all_headers -D GENERATED=${SCRATCH}/generated)
run(${SCRATCH}/all_headers/all_headers)
file(REMOVE_RECURSE ${SCRATCH})
